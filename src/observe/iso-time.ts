const MS_PER_DAY = 86_400_000;

/** A moment as `2026-11-20T03:12:07.412Z`; a fraction of a millisecond is cut off. Pure arithmetic: a clock is not needed to spell a date. */
export function formatIso(atMs: number): string {
  const whole = Math.floor(atMs);
  const { year, month, day } = civilDateOf(Math.floor(whole / MS_PER_DAY));
  const inDay = whole - Math.floor(whole / MS_PER_DAY) * MS_PER_DAY;
  const hours = pad(Math.floor(inDay / 3_600_000), 2);
  const minutes = pad(Math.floor(inDay / 60_000) % 60, 2);
  const seconds = pad(Math.floor(inDay / 1000) % 60, 2);
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}T${hours}:${minutes}:${seconds}.${pad(inDay % 1000, 3)}Z`;
}

const pad = (value: number, digits: number): string => String(value).padStart(digits, '0');

/** Days since 1970-01-01 as a date: the well-known algorithm over 400-year eras that begin on March 1st. */
function civilDateOf(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1,
  };
}
