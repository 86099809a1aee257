// The report `recruitment`: from the door to being smoke-free. docs/reports.md holds the
// definition in words.
//
//   doors   in the register -> tried -> answered -> talked -> interested      each door once, however often it was tried
//   visits  every knock, by what the door answered
//   people  inquired -> intake -> took part -> completed -> smoke-free        each person once
//
// Doors and people are no parts of each other (several people live behind one door, and others ask elsewhere), so the
// people have a denominator of their own. A visit names no person: which inquiry came of which knock is not recorded.
#ifndef OPGANG_CORE_REPORTS_RECRUITMENT_H_
#define OPGANG_CORE_REPORTS_RECRUITMENT_H_

#include <string_view>

#include "core/reports/report_builder.h"
#include "core/reports/report_input.h"

namespace opgang {

inline constexpr std::string_view kRecruitment = "recruitment";
inline constexpr uint32_t kRecruitmentVersion = 2;

// How far a door's answer goes; each step contains the later ones.
enum class DoorStep { kTried, kAnswered, kTalked, kInterested };
DoorStep StepOf(v1::Disposition disposition);

v1::Report RecruitmentReport(const ReportInput& input, const ReportQuestion& question);

}  // namespace opgang

#endif  // OPGANG_CORE_REPORTS_RECRUITMENT_H_
