"""The gateway: loggers over TCP, every packet on disk before it is answered (数采仪接入网关)."""

from shuangkong.gateway.limits import Limits
from shuangkong.gateway.server import Gateway

__all__ = ["Gateway", "Limits"]
