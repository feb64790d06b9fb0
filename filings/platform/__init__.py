"""The national platform's language: messages, their ids, signatures, codes and transactions.

Modelled on the published interface between hospitals and agencies; what an agency itself sends (`modelled`) has no
published wire format and follows the same envelope.  Plain Python with pydantic: the portal's two doors (uploads out,
gateway in) and the simulator speak it alike.
"""
