"""A file between admin's preview and its confirmation: carried by the page, so that nothing is ever left behind."""

from django.core import signing
from import_export.tmp_storages import BaseStorage

LARGEST = 1024 * 1024  # bytes; signed and spelt out it stays below what a form may send


class _Plain:
    """The bytes themselves."""

    def dumps(self, data: bytes) -> bytes:
        return data

    def loads(self, data: bytes) -> bytes:
        return data


class CarriedFile(BaseStorage):
    """The name of the file is its content, signed: what is confirmed is what was previewed, on any machine."""

    salt = "hospitals.carried_files"

    def save(self, data: bytes) -> None:
        self.name = signing.dumps(data, salt=self.salt, serializer=_Plain, compress=True)

    def read(self) -> bytes:
        """Raises BadSignature where it is not what was saved."""
        data: bytes = signing.loads(self.name, salt=self.salt, serializer=_Plain)
        return data

    def remove(self) -> None:
        """There is nothing to remove."""
