// The calendar of the reference evaluator: years and months counted one after the other.
#pragma once

#include "rules/cel/reference_value.h"

namespace weir::cel {

inline constexpr std::int64_t kReferenceFirstSecond = -62'135'596'800;  // 0001-01-01T00:00:00Z
inline constexpr std::int64_t kReferenceLastSecond = 253'402'300'799;   // 9999-12-31T23:59:59Z

struct ReferenceDate {
  int year = 1;
  int month = 1;
  int day = 1;
  int day_of_year = 0;
};

WideInt reference_floored(WideInt a, WideInt b);

int reference_days_in_year(int year);
int reference_days_in_month(int year, int month);

// Days from 0001-01-01, and back: from 0000-12-31, which a time of day west of UTC can reach, to the year 10000.
int reference_day(int year, int month, int day);
ReferenceDate reference_date(int days_from_year_one);

}  // namespace weir::cel
