// Puts a report together so that every number names its denominator: a figure counts rows, and says which other figure
// is the whole that it is a part of. Denominators are filled in from those figures and from nothing else.
#ifndef OPGANG_CORE_REPORTS_REPORT_BUILDER_H_
#define OPGANG_CORE_REPORTS_REPORT_BUILDER_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/reports/report_input.h"
#include "opgang/v1/report.pb.h"

namespace opgang {

using RowList = std::vector<uint32_t>;

// Section, group and key of the figures that belong together.
struct FigurePlace {
  std::string section;
  std::string group;
  std::string key;
};
std::string FigureId(const FigurePlace& place, std::string_view code);

// What is known of how long something took, in hours; low <= high.
struct HoursSpan {
  double low = 0;
  double high = 0;
};
// The middle one, or the mean of the two in the middle. `values` is not empty.
double Median(std::vector<double> values);
// The nearest rank: the least value that at least 90 % of the values do not exceed. `values` is not empty.
double NinetiethPercentile(std::vector<double> values);

class ReportBuilder {
 public:
  ReportBuilder(std::string_view name, uint32_t version, const ReportQuestion& question);

  // The row's position.
  uint32_t AddRow(std::string pseudonym, std::vector<std::pair<std::string, std::string>> facts);
  void AddNote(std::string_view code);

  // A whole: the denominator of others.
  void Whole(const FigurePlace& place, std::string_view code, const RowList& rows);
  // Those of `of`, a code in the same place, of which something is true.
  void Of(const FigurePlace& place, std::string_view code, std::string_view of, const RowList& rows);
  // The same in per cent. `target_percent`: what the definition asks for; 0 = nothing.
  void Share(const FigurePlace& place, std::string_view code, std::string_view of, const RowList& rows,
             int target_percent = 0);
  // What was added there may not be published: no part and no share, its wholes may.
  void Withhold(const FigurePlace& place);
  // Median and 90th percentile over `of`: "hours-median", "hours-p90". The span of a statistic runs from the one of the
  // shortest to the one of the longest times that are possible: both only rise with every value, so the true one lies in
  // it.
  void Hours(const FigurePlace& place, std::string_view of, const RowList& rows,
             const std::vector<HoursSpan>& spans);

  // The report, with its denominators.
  v1::Report Done();

 private:
  v1::Figure& Add(const FigurePlace& place, std::string_view code, v1::FigureKind kind, std::string_view of,
                  const RowList& rows);

  v1::Report report_;
};

}  // namespace opgang

#endif  // OPGANG_CORE_REPORTS_REPORT_BUILDER_H_
