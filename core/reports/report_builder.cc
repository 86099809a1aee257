#include "core/reports/report_builder.h"

#include <algorithm>

#include "core/base/clock.h"

namespace opgang {

std::string FigureId(const FigurePlace& place, std::string_view code) {
  std::string id = place.section;
  if (!id.empty()) id += '.';
  if (!place.group.empty()) id += place.group + '.' + (place.key.empty() ? "not-recorded" : place.key) + '.';
  return id.append(code);
}

double Median(std::vector<double> values) {
  std::ranges::sort(values);
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double NinetiethPercentile(std::vector<double> values) {
  std::ranges::sort(values);
  return values[(values.size() * 9 + 9) / 10 - 1];  // rank: nine tenths of the count, rounded up
}

ReportBuilder::ReportBuilder(std::string_view name, uint32_t version, const ReportQuestion& question) {
  report_.set_name(std::string(name));
  report_.set_version(version);
  *report_.mutable_from() = ToProto(question.from);
  *report_.mutable_to() = ToProto(question.to);
  report_.set_area(question.area);
  report_.set_as_of_us(absl::ToUnixMicros(question.now));
}

uint32_t ReportBuilder::AddRow(std::string pseudonym,
                               std::vector<std::pair<std::string, std::string>> facts) {
  v1::ReportRow& row = *report_.add_rows();
  row.set_pseudonym(std::move(pseudonym));
  for (auto& [column, value] : facts) {
    v1::RowFact& fact = *row.add_facts();
    fact.set_column(std::move(column));
    fact.set_value(std::move(value));
  }
  return static_cast<uint32_t>(report_.rows_size() - 1);
}

void ReportBuilder::AddNote(std::string_view code) { report_.add_notes(std::string(code)); }

v1::Figure& ReportBuilder::Add(const FigurePlace& place, std::string_view code, v1::FigureKind kind,
                               std::string_view of, const RowList& rows) {
  v1::Figure& figure = *report_.add_figures();
  figure.set_id(FigureId(place, code));
  figure.set_kind(kind);
  figure.set_section(place.section);
  figure.set_group(place.group);
  figure.set_key(place.key);
  figure.set_code(std::string(code));
  figure.set_value(static_cast<int64_t>(rows.size()));
  if (!of.empty()) figure.set_of(FigureId(place, of));
  figure.mutable_rows()->Add(rows.begin(), rows.end());
  return figure;
}

void ReportBuilder::Whole(const FigurePlace& place, std::string_view code, const RowList& rows) {
  Add(place, code, v1::FIGURE_KIND_COUNT, "", rows);
}

void ReportBuilder::Of(const FigurePlace& place, std::string_view code, std::string_view of,
                       const RowList& rows) {
  Add(place, code, v1::FIGURE_KIND_COUNT, of, rows);
}

void ReportBuilder::Share(const FigurePlace& place, std::string_view code, std::string_view of,
                          const RowList& rows, int target_percent) {
  Add(place, code, v1::FIGURE_KIND_SHARE, of, rows).set_target_percent(target_percent);
}

void ReportBuilder::Withhold(const FigurePlace& place) {
  for (v1::Figure& figure : *report_.mutable_figures()) {
    const bool there =
        figure.section() == place.section && figure.group() == place.group && figure.key() == place.key;
    if (there && !figure.of().empty()) figure.set_unpublishable(true);
  }
}

void ReportBuilder::Hours(const FigurePlace& place, std::string_view of, const RowList& rows,
                          const std::vector<HoursSpan>& spans) {
  std::vector<double> low;
  std::vector<double> high;
  for (const HoursSpan& span : spans) {
    low.push_back(span.low);
    high.push_back(span.high);
  }
  const auto add = [&](std::string_view code, double (*statistic)(std::vector<double>)) {
    v1::Figure& figure = Add(place, code, v1::FIGURE_KIND_HOURS, of, rows);
    if (spans.empty()) return;
    figure.set_low_hours(statistic(low));
    figure.set_high_hours(statistic(high));
  };
  add("hours-median", &Median);
  add("hours-p90", &NinetiethPercentile);
}

v1::Report ReportBuilder::Done() {
  std::map<std::string, int64_t> values;
  for (const v1::Figure& figure : report_.figures()) {
    if (figure.kind() == v1::FIGURE_KIND_COUNT) values[figure.id()] = figure.value();
  }
  for (v1::Figure& figure : *report_.mutable_figures()) {
    if (!figure.of().empty()) figure.set_of_value(values.at(figure.of()));
  }
  return std::move(report_);
}

}  // namespace opgang
