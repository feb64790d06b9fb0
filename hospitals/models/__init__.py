from hospitals.models.areas import Area, ServiceHall
from hospitals.models.hospitals import Hospital, NetworkedService
from hospitals.models.imports import HospitalListImport, HospitalListRow
from hospitals.models.policy import DatedPolicy
from hospitals.models.posts import Post

__all__ = [
    "Area",
    "DatedPolicy",
    "Hospital",
    "HospitalListImport",
    "HospitalListRow",
    "NetworkedService",
    "Post",
    "ServiceHall",
]
