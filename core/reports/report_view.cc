#include "core/reports/report_view.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/base/clock.h"

namespace opgang {
namespace {

constexpr char kSuppressed[] = "*";

using Codes = std::vector<std::string>;

Codes StopColumns(const std::string& section) {
  if (section == "completed") return {"registered", "started", "completers", "rate"};
  if (section == "followed-up") return {"completers", "followed-up", "rate"};
  if (section == "satisfied") return {"completers", "satisfied", "rate"};
  return {"completers", "smoke-free", "variant-a", "variant-b", "variant-c"};
}

// The columns of a group's table.
Codes ColumnsOf(const v1::Report& report, const std::string& section) {
  if (report.name() == "response-time")
    return {"cases",       "met",    "breach", "open",        "closed-in-time",
            "undecidable", "rate-a", "rate-b", "hours-median"};
  if (report.name() == "attendance")
    return {"attendances", "ticked", "absent", "absence-rate", "follow-up-done", "follow-up-missing"};
  if (report.name() == "nrt") return {"hand-outs", "flagged", "to-check"};
  if (report.name() == "nhs-4-week") return {"set-date", "quit", "co-verified", "not-known", "quit-rate"};
  if (report.name() == "russell") return {"started", "counted", "success", "success-rate"};
  if (report.name() == "kom-og-kvit") return {"participants", "completed", "completed-rate"};
  if (report.name() == "stop") return StopColumns(section);
  if (section == "doors") return {"doors", "tried", "answered", "talked", "interested"};
  if (section == "visits") return {"visits"};
  return {"inquired", "intake-complete", "first-attendance", "completed", "smoke-free"};
}

Codes BarsOf(const v1::Report& report, const std::string& section) {
  if (report.name() == "response-time")
    return {"met", "met-late", "overdue", "closed-late", "open", "closed-in-time", "mistake", "undecidable"};
  if (report.name() == "attendance") return {"came", "absent", "follow-up-done", "follow-up-missing"};
  if (report.name() == "nrt") return {"hand-outs", "flagged", "to-check", "people"};
  if (report.name() == "nhs-4-week") return {"set-date", "quit", "co-verified", "not-quit", "not-known"};
  if (report.name() == "russell") return {"started", "counted", "continuous", "success"};
  if (section == "doors") return {"doors", "tried", "answered", "talked", "interested"};
  if (section == "people")
    return {"inquired", "intake-begun", "intake-complete", "first-attendance", "completed", "smoke-free"};
  if (section == "completed") return {"registered", "started", "completers"};
  if (section == "smoke-free-end" || section == "smoke-free-half-year")
    return {"completers", "who-answered", "smoke-free", "started", "smoke-free-of-started"};
  if (section == "of-participants") return {"participants", "smoke-free-end", "smoke-free-half-year"};
  if (section == "of-completers") return {"completers", "smoke-free-end", "smoke-free-half-year"};
  return {};
}

std::string LabelOf(const v1::Report& report, const v1::Figure& figure, ReportLanguage language) {
  const std::string& where = figure.section().empty() ? report.name() : figure.section();
  return ReportWord(where + "." + figure.code(), language);
}

class Viewer {
 public:
  Viewer(const v1::Report& report, ReportLanguage language) : report_(report), language_(language) {
    for (const v1::Figure& figure : report.figures()) by_id_[figure.id()] = &figure;
  }

  ReportView View() {
    ReportView view{.title = ReportWord(report_.name(), language_), .about = About()};
    for (const v1::Figure& figure : report_.figures()) {
      ViewSection& section = SectionOf(view, figure.section());
      if (figure.group().empty()) {
        BlockOf(section, figure).lines.push_back(LineOf(figure));
      } else {
        AddToTable(section, figure);
      }
    }
    for (const auto& [code, index] : sections_) AddBars(view.sections[index], code);
    for (const std::string& note : report_.notes()) view.notes.push_back(ReportWord(note, language_));
    if (report_.for_partner()) view.notes.push_back(ReportWord("suppressed", language_));
    return view;
  }

 private:
  std::string About() const {
    const std::string area =
        report_.area().empty() ? ReportWord("page.all-areas", language_) : report_.area();
    const std::string as_of =
        absl::FormatTime("%Y-%m-%d %H:%M", absl::FromUnixMicros(report_.as_of_us()), CopenhagenTime());
    std::string about = DateText(report_.from()) + " - " + DateText(report_.to()) + ", " + area + "; " +
                        ReportWord("page.definition", language_) + " " + report_.name() + "/" +
                        std::to_string(report_.version()) + ", " + ReportWord("page.as-of", language_) + " " +
                        as_of;
    if (report_.for_partner()) about += "; " + ReportWord("page.partner", language_);
    return about;
  }

  ViewSection& SectionOf(ReportView& view, const std::string& code) {
    const auto [found, is_new] = sections_.try_emplace(code, view.sections.size());
    if (is_new)
      view.sections.push_back({.code = code, .heading = code.empty() ? "" : ReportWord(code, language_)});
    return view.sections[found->second];
  }

  std::string HeadingOf(const v1::Figure& figure) const {
    if (figure.of().empty()) return {};
    const v1::Figure& whole = *by_id_.at(figure.of());
    return ReportWord("page.of-the", language_) + " " + ValueText(whole, language_) + " " +
           ReportWhole(whole.code(), language_);
  }

  // In the order in which the denominators are named first.
  ViewBlock& BlockOf(ViewSection& section, const v1::Figure& figure) {
    const std::string heading = HeadingOf(figure);
    const auto found = std::ranges::find(section.blocks, heading, &ViewBlock::heading);
    if (found != section.blocks.end()) return *found;
    return section.blocks.emplace_back(ViewBlock{.heading = heading});
  }

  ViewLine LineOf(const v1::Figure& figure) const {
    std::string label = LabelOf(report_, figure, language_);
    if (figure.target_percent() > 0) {
      label +=
          " (" + ReportWord("page.target", language_) + " " + std::to_string(figure.target_percent()) + " %)";
    }
    return {std::move(label), ValueText(figure, language_), ShareText(figure, language_), figure.id()};
  }

  // A key's figures follow one another: the first of them begins its line.
  void AddToTable(ViewSection& section, const v1::Figure& figure) {
    const Codes codes = ColumnsOf(report_, figure.section());
    const auto column = std::ranges::find(codes, figure.code());
    if (column == codes.end()) return;
    ViewTable& table = TableOf(section, figure.group(), codes);
    if (column == codes.begin())
      table.rows.emplace_back(codes.size() + 1, "").front() =
          ReportKey(figure.group(), figure.key(), language_);
    const bool share = figure.kind() == v1::FIGURE_KIND_SHARE && !figure.suppressed();
    table.rows.back()[static_cast<size_t>(column - codes.begin()) + 1] =
        share ? ShareText(figure, language_) : ValueText(figure, language_);
  }

  ViewTable& TableOf(ViewSection& section, const std::string& group, const Codes& codes) {
    const std::string heading = ReportWord(group, language_);
    const auto found = std::ranges::find(section.tables, heading, &ViewTable::heading);
    if (found != section.tables.end()) return *found;
    ViewTable& table = section.tables.emplace_back(ViewTable{.heading = heading, .columns = {""}});
    for (const std::string& code : codes) table.columns.push_back(ReportColumn(code, language_));
    return table;
  }

  void AddBars(ViewSection& section, const std::string& code) {
    for (const std::string& bar : BarsOf(report_, code)) {
      const auto found = by_id_.find(code.empty() ? bar : code + "." + bar);
      if (found == by_id_.end() || found->second->suppressed()) continue;
      section.bars.push_back({LabelOf(report_, *found->second, language_), found->second->value()});
    }
  }

  const v1::Report& report_;
  const ReportLanguage language_;
  std::map<std::string, const v1::Figure*> by_id_;
  std::map<std::string, size_t> sections_;
};

}  // namespace

std::string DateText(const v1::LocalDate& date) { return absl::FormatCivilTime(FromProto(date)); }

std::string ValueText(const v1::Figure& figure, ReportLanguage language) {
  if (figure.suppressed()) return kSuppressed;
  if (figure.kind() != v1::FIGURE_KIND_HOURS) return std::to_string(figure.value());
  if (!figure.has_low_hours()) return "-";
  const std::string low = Decimal(figure.low_hours(), language);
  const std::string high = Decimal(figure.high_hours(), language);
  return low == high ? low : low + "-" + high;
}

std::string ShareText(const v1::Figure& figure, ReportLanguage language) {
  if (figure.of().empty() || figure.suppressed() || figure.kind() == v1::FIGURE_KIND_HOURS) return {};
  return PerCent(figure.value(), figure.of_value(), language);
}

ReportView ViewOf(const v1::Report& report, ReportLanguage language) {
  return Viewer(report, language).View();
}

}  // namespace opgang
