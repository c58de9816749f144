"""HJ 212: packets of pollution monitoring, bytes to events and back, without any IO (数据传输协议编解码).

Everything needed from outside stands here; `README.md` begins with ten lines of use.
"""

from shuangkong.hj212.connection import Connection
from shuangkong.hj212.crc import Variant
from shuangkong.hj212.events import NEED_DATA, Closed, Event, Frame, Skipped, Status
from shuangkong.hj212.packets import Packet, Unsendable, acknowledgement
from shuangkong.hj212.splitting import Group, Groups, split

__all__ = [
    "NEED_DATA", "Closed", "Connection", "Event", "Frame", "Group", "Groups", "Packet", "Skipped", "Status", "Unsendable", "Variant", "acknowledgement", "split",
]  # fmt: skip
