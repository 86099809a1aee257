// The words of the reports about courses (stop, nhs-4-week, russell, nrt, kom-og-kvit), looked up by report_words.cc after
// its own.
#ifndef OPGANG_CORE_REPORTS_COURSE_WORDS_H_
#define OPGANG_CORE_REPORTS_COURSE_WORDS_H_

#include <span>
#include <string_view>

namespace opgang {

struct ReportWordEntry {
  std::string_view code;
  std::string_view english;
  std::string_view danish;
};

std::span<const ReportWordEntry> CourseWords();    // of figures, sections, reports and notes
std::span<const ReportWordEntry> CourseWholes();   // "of the 14 ..."
std::span<const ReportWordEntry> CourseColumns();  // of tables and rows

}  // namespace opgang

#endif  // OPGANG_CORE_REPORTS_COURSE_WORDS_H_
