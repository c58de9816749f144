"""The roll-up as one SQL text (汇总 SQL): DuckDB and Spark run it word for word and agree to the last digit, for it knows decimals and whole seconds only.

An engine brings two functions of its own, `seconds_between(a, b)` and `quotient(a, b)` (whole part of a division), and these tables:

    readings     point, ts, value, recorded_at            the registers as they stand, with some neighbours before and after the hours
    hours        start_at                                 the hours to compute
    meters       meter, point, series, multiplier, register_span, limit_per_hour, valid_from, valid_to, first_reading, last_reading, noted_at,
                 whole_multiplier, narrow_rise, quarter_rise, quarter_limit
    weights      meter, valid_from, valid_to, kgce, kgco2 per unit of what the meter counts, by date, narrow_quantity
    summing      part, whole, valid_from, valid_to        which series of places each series of a metering point is part of, from when to when
    conventions  longest_span_s                           two readings further apart have an outage between them

`multiplier` and `limit_per_hour` are DECIMAL(19,6), `kgce` and `kgco2` DECIMAL(18,9), all other figures DECIMAL(18,6). A product is wide unless a bound says that
eighteen digits hold it, which is a hundred times as fast: `narrow_rise` is the greatest rise of a register that may be multiplied by `whole_multiplier`
(NULL where it is not whole), `narrow_quantity` the greatest quantity that may be weighed. `quarter_rise` and `quarter_limit` are a quarter of the
limit, on the register and in quantity. The bounds decide how, never what.
A series is one node (metering point or place), carrier and direction, by number; a meter is one installation, by number.
A meter is one installation: where a device is replaced or its multiplier changes, the point has two, and no difference is taken across them.
"""

# Word for word what `timeseries` defines. A fall that the next reading takes back is set aside, and so is a rise beyond what can pass that the next takes
# back; a fall that nothing follows waits. Two neighbours make a step. A step that crosses the end of an hour is spread by time, to the last millionth; one
# longer than usual (outage) is an estimate wherever it lies. A register that fell has turned over where that is nearer and can pass, else it began again
# from zero: what it shows since is counted, as an estimate, unless even that cannot be. Nothing is cut off at a limit: it is counted and flagged.
# Nearly all hours are steady and need none of it: read at each quarter and at their end, never falling since the hour before, each step within its limit. No
# reading of theirs can be set aside and no step crosses their ends, so first and last say all. The windows see the other hours, each with the one after it;
# what then looks like a step over the hours left out begins in a steady one and goes. An engine may keep the outcome of any step.
METER_STEPS = {
    "taken": """
    SELECT m.meter, r.ts, date_trunc('hour', r.ts) AS hour_at, r.value, r.recorded_at, 1 AS place
    FROM readings r JOIN meters m ON r.point = m.point AND r.ts >= m.valid_from AND r.ts < m.valid_to
    WHERE r.value >= 0
""",
    "hourly": """
    SELECT meter, hour_at, count(*) AS readings, max(value) AS highest, max(recorded_at) AS recorded_at, max(CASE WHEN at_s = 0 THEN recorded_at END) AS recorded_0,
           max(CASE WHEN at_s = 0 THEN value END) AS value_0, max(CASE WHEN at_s = 900 THEN value END) AS value_15,
           max(CASE WHEN at_s = 1800 THEN value END) AS value_30, max(CASE WHEN at_s = 2700 THEN value END) AS value_45
    FROM (SELECT meter, hour_at, value, recorded_at, seconds_between(hour_at, ts) AS at_s FROM taken) AS told
    GROUP BY meter, hour_at
""",
    "closed": """
    SELECT h.meter, h.hour_at, h.value_0, CAST((n.value_0 - h.value_0) * m.whole_multiplier AS DECIMAL(18,6)) AS quantity, greatest(h.recorded_at, n.recorded_0) AS recorded_at
    FROM hourly h JOIN hourly n ON n.meter = h.meter AND n.hour_at = h.hour_at + INTERVAL 1 HOUR JOIN meters m ON m.meter = h.meter CROSS JOIN conventions c
    WHERE h.readings = 4 AND h.value_0 <= h.value_15 AND h.value_15 <= h.value_30 AND h.value_30 <= h.value_45 AND h.value_45 <= n.value_0
          AND n.value_0 - h.value_0 <= m.narrow_rise AND c.longest_span_s >= 900 AND (m.limit_per_hour IS NULL
          OR greatest(h.value_15 - h.value_0, h.value_30 - h.value_15, h.value_45 - h.value_30, n.value_0 - h.value_45) <= m.quarter_rise)
""",
    "steady": """
    SELECT h.meter, h.hour_at, h.quantity, h.recorded_at
    FROM closed h JOIN hourly b ON b.meter = h.meter AND b.hour_at = h.hour_at - INTERVAL 1 HOUR
    WHERE b.highest <= h.value_0
""",
    "unsteady": """
    SELECT h.meter, h.hour_at FROM hourly h LEFT JOIN steady s ON s.meter = h.meter AND s.hour_at = h.hour_at WHERE s.meter IS NULL
""",
    "near": """
    SELECT meter, hour_at FROM unsteady UNION SELECT meter, hour_at + INTERVAL 1 HOUR FROM unsteady
""",
    "looked": """
    SELECT t.meter, ts, value, recorded_at, place, LAG(value) OVER (PARTITION BY t.meter ORDER BY ts) AS before_value, LAG(ts) OVER (PARTITION BY t.meter ORDER BY ts) AS before_ts,
           LEAD(value) OVER (PARTITION BY t.meter ORDER BY ts) AS after_value
    FROM taken t JOIN near o ON o.meter = t.meter AND o.hour_at = t.hour_at
""",
    "kept": """
    SELECT l.meter, ts, value, recorded_at, CASE WHEN after_value IS NULL THEN 1 ELSE 0 END AS is_last, place
    FROM looked l JOIN meters m ON m.meter = l.meter
    WHERE before_value IS NULL OR after_value IS NULL OR before_value <= value AND value <= after_value OR before_value > after_value
          OR before_value <= value AND (limit_per_hour IS NULL
             OR CAST(TRY_CAST(round((value - before_value) * multiplier, 6) AS DECIMAL(18,6)) AS DECIMAL(24,6)) * 3600 <= limit_per_hour * seconds_between(before_ts, ts))
    UNION ALL SELECT meter, valid_from, first_reading, noted_at, 0, 0 FROM meters WHERE first_reading IS NOT NULL
    UNION ALL SELECT meter, valid_to, last_reading, noted_at, 0, 2 FROM meters WHERE last_reading IS NOT NULL
""",
    "sifted": """
    SELECT meter, ts AS start_at, value, recorded_at, LEAD(ts) OVER (PARTITION BY meter ORDER BY ts, place) AS end_at,
           LEAD(value) OVER (PARTITION BY meter ORDER BY ts, place) AS next_value, LEAD(recorded_at) OVER (PARTITION BY meter ORDER BY ts, place) AS next_recorded_at,
           LEAD(is_last) OVER (PARTITION BY meter ORDER BY ts, place) AS is_next_last
    FROM kept
""",
    "stepped": """
    SELECT p.meter, start_at, end_at, is_next_last, limit_per_hour, quarter_limit, seconds_between(start_at, end_at) AS length_s,
           greatest(p.recorded_at, next_recorded_at) AS recorded_at,
           CASE WHEN next_value >= value THEN CASE WHEN next_value - value <= narrow_rise THEN CAST((next_value - value) * whole_multiplier AS DECIMAL(18,6))
                                                   ELSE TRY_CAST(round((next_value - value) * multiplier, 6) AS DECIMAL(18,6)) END END AS risen,
           CASE WHEN next_value < value THEN CASE WHEN value - next_value > register_span - value + next_value
                                                  THEN TRY_CAST(round((register_span - value + next_value) * multiplier, 6) AS DECIMAL(18,6)) END END AS rolled,
           CASE WHEN next_value < value THEN TRY_CAST(round(next_value * multiplier, 6) AS DECIMAL(18,6)) END AS begun
    FROM sifted p JOIN meters m ON m.meter = p.meter LEFT JOIN steady s ON s.meter = p.meter AND s.hour_at = date_trunc('hour', p.start_at)
    WHERE end_at > start_at AND s.meter IS NULL
""",
    "judged": """
    SELECT meter, start_at, end_at, length_s, recorded_at, date_trunc('hour', start_at) AS hour_at, coalesce(risen, rolled, begun) AS quantity,
           CASE WHEN length_s > c.longest_span_s OR risen IS NULL AND rolled IS NULL THEN 1 ELSE 0 END AS is_estimated,
           CASE WHEN limit_per_hour IS NULL OR risen <= quarter_limit AND length_s >= 900 THEN 0
                WHEN CAST(risen AS DECIMAL(24,6)) * 3600 > limit_per_hour * length_s THEN 1 ELSE 0 END AS is_over
    FROM (SELECT meter, start_at, end_at, length_s, recorded_at, is_next_last, limit_per_hour, quarter_limit, risen,
                 CASE WHEN rolled IS NULL OR CAST(rolled AS DECIMAL(24,6)) * 3600 > limit_per_hour * length_s THEN NULL ELSE rolled END AS rolled,
                 CASE WHEN begun IS NULL OR CAST(begun AS DECIMAL(24,6)) * 3600 > limit_per_hour * length_s THEN NULL ELSE begun END AS begun
          FROM stepped) AS s CROSS JOIN conventions c
    WHERE risen IS NOT NULL OR rolled IS NOT NULL OR is_next_last = 0
""",
    "pieces": """
    SELECT *, hour_at AS piece_at FROM judged WHERE end_at > hour_at + INTERVAL 1 HOUR AND end_at <= hour_at + INTERVAL 2 HOUR
    UNION ALL SELECT *, hour_at + INTERVAL 1 HOUR FROM judged WHERE end_at > hour_at + INTERVAL 1 HOUR AND end_at <= hour_at + INTERVAL 2 HOUR
    UNION ALL SELECT j.*, h.start_at FROM judged j JOIN hours h ON h.start_at < j.end_at AND h.start_at + INTERVAL 1 HOUR > j.start_at
    WHERE j.end_at > j.hour_at + INTERVAL 2 HOUR
""",
    "shared": """
    SELECT meter, hour_at AS start_at, quantity, CASE WHEN is_estimated = 1 THEN quantity ELSE CAST(0 AS DECIMAL(18,6)) END AS estimated,
           CASE WHEN quantity IS NULL THEN 0 ELSE length_s END AS covered_s, is_over, recorded_at
    FROM judged
    WHERE end_at <= hour_at + INTERVAL 1 HOUR
    UNION ALL
    SELECT meter, start_at, quantity, CASE WHEN is_estimated = 1 THEN quantity ELSE CAST(0 AS DECIMAL(18,6)) END AS estimated,
           CASE WHEN quantity IS NULL THEN 0 ELSE covered_s END AS covered_s, is_over, recorded_at
    FROM (SELECT j.meter, piece_at AS start_at, j.recorded_at, j.is_estimated, j.is_over,
                 seconds_between(greatest(j.start_at, piece_at), least(j.end_at, piece_at + INTERVAL 1 HOUR)) AS covered_s,
                 CAST(CAST(quotient(CAST(j.quantity AS DECIMAL(25,6)) * 1000000 * seconds_between(j.start_at, least(j.end_at, piece_at + INTERVAL 1 HOUR)), j.length_s)
                         - quotient(CAST(j.quantity AS DECIMAL(25,6)) * 1000000 * seconds_between(j.start_at, greatest(j.start_at, piece_at)), j.length_s)
                      AS DECIMAL(18,0)) * CAST(0.000001 AS DECIMAL(6,6)) AS DECIMAL(18,6)) AS quantity
          FROM pieces j) AS spread
""",
    "summed": """
    SELECT meter, start_at, TRY_CAST(sum(quantity) AS DECIMAL(18,6)) AS quantity, TRY_CAST(sum(estimated) AS DECIMAL(18,6)) AS estimated,
           CAST(sum(covered_s) AS BIGINT) AS covered_s, max(is_over) AS is_over, max(recorded_at) AS recorded_at
    FROM shared GROUP BY meter, start_at
    UNION ALL SELECT meter, hour_at, quantity, CAST(0 AS DECIMAL(18,6)), CAST(3600 AS BIGINT), 0, recorded_at FROM steady
""",
}
METER_HOURS = """
SELECT m.series, h.start_at, TRY_CAST(sum(s.quantity) AS DECIMAL(18,6)) AS quantity,
       TRY_CAST(sum(CASE WHEN s.quantity <= w.narrow_quantity THEN CAST(round(s.quantity * w.kgce, 6) AS DECIMAL(18,6))
                         ELSE TRY_CAST(round(CAST(s.quantity AS DECIMAL(19,6)) * w.kgce, 6) AS DECIMAL(18,6)) END) AS DECIMAL(18,6)) AS kgce,
       TRY_CAST(sum(CASE WHEN s.quantity <= w.narrow_quantity THEN CAST(round(s.quantity * w.kgco2, 6) AS DECIMAL(18,6))
                         ELSE TRY_CAST(round(CAST(s.quantity AS DECIMAL(19,6)) * w.kgco2, 6) AS DECIMAL(18,6)) END) AS DECIMAL(18,6)) AS kgco2,
       TRY_CAST(sum(s.estimated) AS DECIMAL(18,6)) AS estimated, CAST(coalesce(sum(s.covered_s), 0) AS BIGINT) AS covered_s,
       CAST(sum(seconds_between(greatest(m.valid_from, h.start_at), least(m.valid_to, h.start_at + INTERVAL 1 HOUR))) AS BIGINT) AS expected_s,
       CAST(coalesce(sum(s.is_over), 0) AS BIGINT) AS over_limit, max(s.recorded_at) AS recorded_at
FROM hours h JOIN meters m ON m.valid_from < h.start_at + INTERVAL 1 HOUR AND m.valid_to > h.start_at
     LEFT JOIN summed s ON s.meter = m.meter AND s.start_at = h.start_at
     LEFT JOIN weights w ON w.meter = m.meter AND w.valid_from <= h.start_at AND w.valid_to > h.start_at
GROUP BY m.series, h.start_at
"""
# Each step by itself: left to choose, an optimizer may join an hour's two neighbours by their meter alone, a thousand rows for each.
METERED = f"WITH {', '.join(f'{name} AS MATERIALIZED ({text})' for name, text in METER_STEPS.items())} {METER_HOURS}"

_SUMS = """TRY_CAST(sum(quantity) AS DECIMAL(18,6)) AS quantity, TRY_CAST(sum(kgce) AS DECIMAL(18,6)) AS kgce, TRY_CAST(sum(kgco2) AS DECIMAL(18,6)) AS kgco2,
       TRY_CAST(sum(estimated) AS DECIMAL(18,6)) AS estimated, CAST(sum(covered_s) AS BIGINT) AS covered_s, CAST(sum(expected_s) AS BIGINT) AS expected_s,
       CAST(sum(over_limit) AS BIGINT) AS over_limit, max(recorded_at) AS recorded_at"""

# Of the hours of metering points, in `metered`, the same hours of units and of the places above them.
PLACED = f"""
SELECT g.whole AS series, m.start_at, {_SUMS}
FROM metered m JOIN summing g ON g.part = m.series AND g.valid_from <= m.start_at AND g.valid_to > m.start_at
GROUP BY g.whole, m.start_at
"""

# Of the figures of one grain, in `finer`, those of a coarser one.
COARSER = f"""
SELECT series, date_trunc('{{grain}}', start_at) AS start_at, {_SUMS}
FROM finer
GROUP BY series, date_trunc('{{grain}}', start_at)
"""
