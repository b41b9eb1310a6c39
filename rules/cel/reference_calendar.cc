#include "rules/cel/reference_calendar.h"

namespace weir::cel {

WideInt reference_floored(WideInt a, WideInt b) { return a / b - (a % b < 0 ? 1 : 0); }

int reference_days_in_year(int year) { return year % 400 == 0 || (year % 4 == 0 && year % 100 != 0) ? 366 : 365; }

int reference_days_in_month(int year, int month) {
  if (month == 2) return reference_days_in_year(year) - 337;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

int reference_day(int year, int month, int day) {
  int days = year < 1 ? -reference_days_in_year(0) : 0;
  for (int earlier = 1; earlier < year; ++earlier) days += reference_days_in_year(earlier);
  for (int earlier = 1; earlier < month; ++earlier) days += reference_days_in_month(year, earlier);
  return days + day - 1;
}

ReferenceDate reference_date(int days_from_year_one) {
  ReferenceDate out;
  int left = days_from_year_one;
  if (left < 0) return {0, 12, 31, 365};
  for (; left >= reference_days_in_year(out.year); ++out.year) left -= reference_days_in_year(out.year);
  out.day_of_year = left;
  for (; left >= reference_days_in_month(out.year, out.month); ++out.month) {
    left -= reference_days_in_month(out.year, out.month);
  }
  out.day = left + 1;
  return out;
}

}  // namespace weir::cel
