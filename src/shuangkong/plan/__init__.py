"""What must be achieved, by whom (规划目标与责任)."""
