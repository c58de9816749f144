"""The roll-up as one SQL text (汇总 SQL): DuckDB and Spark run it word for word and agree to the last digit, for it knows decimals and whole seconds only.

An engine brings two functions of its own, `seconds_between(a, b)` and `quotient(a, b)` (whole part of a division), and these tables:

    readings  point, ts, value, recorded_at                              the registers as they stand, with the neighbours before and after the hours
    hours     start_at                                                    the hours to compute
    meters    meter, point, unit, carrier, flow, multiplier, register_span, limit_per_hour, valid_from, valid_to, first_reading, last_reading, noted_at
    factors   carrier, valid_from, valid_to, kgce, kgco2                  per unit of the carrier, by date
    ancestry  unit, node                                                  every place above a unit, and the unit itself

A meter is one installation: where a device is replaced or its multiplier changes, the point has two, and no difference is taken across them.
"""

# Two neighbouring readings make a step. A step inside one hour belongs to it. A longer one (outage, jitter) is spread over its hours by time, to the last
# millionth, and what an hour has of it is an estimate. A register that falls has turned over where its span is known and the fall is large, else it was
# set back: what it shows since then is counted, as an estimate. Nothing is cut off at a limit: the hour is counted and flagged.
METERED = """
WITH taken AS (
    SELECT m.meter, r.ts, r.value, r.recorded_at
    FROM readings r JOIN meters m ON r.point = m.point AND r.ts >= m.valid_from AND r.ts < m.valid_to
    WHERE m.first_reading IS NULL OR r.ts > m.valid_from
    UNION ALL SELECT meter, valid_from, first_reading, noted_at FROM meters WHERE first_reading IS NOT NULL
    UNION ALL SELECT meter, valid_to, last_reading, noted_at FROM meters WHERE last_reading IS NOT NULL
), paired AS (
    SELECT meter, ts AS start_at, value, recorded_at AS start_recorded_at, LEAD(ts) OVER (PARTITION BY meter ORDER BY ts) AS end_at,
           LEAD(value) OVER (PARTITION BY meter ORDER BY ts) AS next_value, LEAD(recorded_at) OVER (PARTITION BY meter ORDER BY ts) AS end_recorded_at
    FROM taken
), stepped AS (
    SELECT p.meter, p.start_at, p.end_at, date_trunc('hour', p.start_at) AS hour_at, greatest(p.start_recorded_at, p.end_recorded_at) AS recorded_at,
           TRY_CAST(m.multiplier * CASE WHEN p.next_value >= p.value THEN p.next_value - p.value
                                        WHEN 2 * (p.value - p.next_value) > m.register_span THEN m.register_span - p.value + p.next_value
                                        ELSE p.next_value END AS DECIMAL(18,6)) AS quantity,
           CASE WHEN p.next_value >= p.value OR 2 * (p.value - p.next_value) > m.register_span THEN 0 ELSE 1 END AS is_set_back
    FROM paired p JOIN meters m ON p.meter = m.meter
    WHERE p.end_at IS NOT NULL
), shared AS (
    SELECT meter, hour_at AS start_at, quantity, CASE WHEN is_set_back = 1 THEN quantity ELSE CAST(0 AS DECIMAL(18,6)) END AS estimated,
           seconds_between(start_at, end_at) AS covered_s, recorded_at
    FROM stepped
    WHERE end_at <= hour_at + INTERVAL 1 HOUR
    UNION ALL
    SELECT meter, start_at, quantity, quantity AS estimated, covered_s, recorded_at
    FROM (SELECT s.meter, h.start_at, s.recorded_at,
                 seconds_between(greatest(s.start_at, h.start_at), least(s.end_at, h.start_at + INTERVAL 1 HOUR)) AS covered_s,
                 CAST(CAST(quotient(s.quantity * 1000000 * seconds_between(s.start_at, least(s.end_at, h.start_at + INTERVAL 1 HOUR)), seconds_between(s.start_at, s.end_at))
                         - quotient(s.quantity * 1000000 * seconds_between(s.start_at, greatest(s.start_at, h.start_at)), seconds_between(s.start_at, s.end_at))
                      AS DECIMAL(18,0)) * CAST(0.000001 AS DECIMAL(6,6)) AS DECIMAL(18,6)) AS quantity
          FROM stepped s JOIN hours h ON h.start_at < s.end_at AND h.start_at + INTERVAL 1 HOUR > s.start_at
          WHERE s.end_at > s.hour_at + INTERVAL 1 HOUR) AS spread
), summed AS (
    SELECT meter, start_at, TRY_CAST(sum(quantity) AS DECIMAL(18,6)) AS quantity, TRY_CAST(sum(estimated) AS DECIMAL(18,6)) AS estimated,
           CAST(sum(covered_s) AS BIGINT) AS covered_s, max(recorded_at) AS recorded_at
    FROM shared GROUP BY meter, start_at
)
SELECT m.point AS node, m.carrier, m.flow, h.start_at, TRY_CAST(sum(s.quantity) AS DECIMAL(18,6)) AS quantity,
       TRY_CAST(sum(TRY_CAST(s.quantity * f.kgce AS DECIMAL(18,6))) AS DECIMAL(18,6)) AS kgce, TRY_CAST(sum(TRY_CAST(s.quantity * f.kgco2 AS DECIMAL(18,6))) AS DECIMAL(18,6)) AS kgco2,
       TRY_CAST(sum(s.estimated) AS DECIMAL(18,6)) AS estimated, CAST(coalesce(sum(s.covered_s), 0) AS BIGINT) AS covered_s,
       CAST(sum(seconds_between(greatest(m.valid_from, h.start_at), least(m.valid_to, h.start_at + INTERVAL 1 HOUR))) AS BIGINT) AS expected_s,
       CAST(sum(CASE WHEN s.quantity > m.limit_per_hour THEN 1 ELSE 0 END) AS BIGINT) AS over_limit, max(s.recorded_at) AS recorded_at
FROM hours h JOIN meters m ON m.valid_from < h.start_at + INTERVAL 1 HOUR AND m.valid_to > h.start_at
     LEFT JOIN summed s ON s.meter = m.meter AND s.start_at = h.start_at
     LEFT JOIN factors f ON f.carrier = m.carrier AND f.valid_from <= h.start_at AND f.valid_to > h.start_at
GROUP BY m.point, m.carrier, m.flow, h.start_at
"""

_SUMS = """TRY_CAST(sum(quantity) AS DECIMAL(18,6)) AS quantity, TRY_CAST(sum(kgce) AS DECIMAL(18,6)) AS kgce, TRY_CAST(sum(kgco2) AS DECIMAL(18,6)) AS kgco2,
       TRY_CAST(sum(estimated) AS DECIMAL(18,6)) AS estimated, CAST(sum(covered_s) AS BIGINT) AS covered_s, CAST(sum(expected_s) AS BIGINT) AS expected_s,
       CAST(sum(over_limit) AS BIGINT) AS over_limit, max(recorded_at) AS recorded_at"""

# Of the hours of meters, in `metered`, the same hours of units and of the places above them.
PLACED = f"""
SELECT a.node, m.carrier, m.flow, m.start_at, {_SUMS}
FROM metered m JOIN (SELECT DISTINCT point, unit FROM meters) AS p ON p.point = m.node JOIN ancestry a ON a.unit = p.unit
GROUP BY a.node, m.carrier, m.flow, m.start_at
"""

# Of the figures of one grain, in `finer`, those of a coarser one.
COARSER = f"""
SELECT level, node, carrier, flow, date_trunc('{{grain}}', start_at) AS start_at, {_SUMS}
FROM finer
GROUP BY level, node, carrier, flow, date_trunc('{{grain}}', start_at)
"""
