"""W9 landfill leachate (生活垃圾渗滤液处理): the balance of a sewage plant on leachate flow."""

from shuangkong.pollution.methods.wastewater_plant import treatment_gained

__all__ = ["treatment_gained"]
