#include "core/reports/small_cells.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace opgang {
namespace {

// Linear algebra over the integers modulo a prime: exact, and no rounding decides what is told.
constexpr uint64_t kPrime = (uint64_t{1} << 31) - 1;

using Vector = std::vector<uint64_t>;

uint64_t Power(uint64_t base, uint64_t exponent) {
  uint64_t result = 1;
  for (; exponent > 0; exponent >>= 1, base = base * base % kPrime) {
    if (exponent & 1) result = result * base % kPrime;
  }
  return result;
}

size_t Pivot(const Vector& v) {
  return static_cast<size_t>(std::ranges::find_if(v, [](uint64_t x) { return x != 0; }) - v.begin());
}
bool IsZero(const Vector& v) { return Pivot(v) == v.size(); }

// Makes `v` zero at the pivot of `basis`, whose entry there is 1.
void Reduce(Vector& v, const Vector& basis, size_t pivot) {
  const uint64_t factor = v[pivot];
  if (factor == 0) return;
  for (size_t i = pivot; i < v.size(); ++i) v[i] = (v[i] + (kPrime - factor) * basis[i]) % kPrime;
}

// What can be computed from the cells that are told.
class Told {
 public:
  explicit Told(std::vector<Vector> small) : small_(std::move(small)) {}

  // Whether the cell may be told as well; then it is.
  bool Tell(Vector cell) {
    for (const auto& [pivot, known] : basis_) Reduce(cell, known, pivot);
    if (IsZero(cell)) return true;  // it follows from what is told
    const size_t pivot = Pivot(cell);
    const uint64_t inverse = Power(cell[pivot], kPrime - 2);
    for (uint64_t& x : cell) x = x * inverse % kPrime;
    std::vector<Vector> left = small_;
    for (Vector& small : left) Reduce(small, cell, pivot);
    if (std::ranges::any_of(left, IsZero)) return false;
    small_ = std::move(left);
    for (auto& [other, known] : basis_) Reduce(known, cell, pivot);
    basis_.emplace_back(pivot, std::move(cell));
    return true;
  }

 private:
  std::vector<Vector> small_;                     // what must not be found out, less what is known of it
  std::vector<std::pair<size_t, Vector>> basis_;  // each with its pivot, at which all others are zero
};

bool IsSmall(const v1::Figure& figure) {
  return figure.unpublishable() || (figure.value() > 0 && figure.value() < kSmallestToldCell);
}

// Rows that the same counts count are one kind; a count is so many kinds.
std::vector<Vector> OverKinds(const v1::Report& report, const std::vector<int>& counts) {
  std::vector<std::vector<int>> counted_by(static_cast<size_t>(report.rows_size()));
  for (const int count : counts) {
    for (const uint32_t row : report.figures(count).rows()) counted_by[row].push_back(count);
  }
  std::map<std::vector<int>, size_t> kinds;
  for (const auto& signature : counted_by) kinds.try_emplace(signature, kinds.size());
  std::vector<Vector> vectors(static_cast<size_t>(report.figures_size()), Vector(kinds.size()));
  for (const auto& [signature, kind] : kinds) {
    for (const int count : signature) vectors[static_cast<size_t>(count)][kind] = 1;
  }
  return vectors;
}

std::vector<int> CountsByValue(const v1::Report& report) {
  std::vector<int> counts;
  for (int i = 0; i < report.figures_size(); ++i) {
    if (report.figures(i).kind() == v1::FIGURE_KIND_COUNT) counts.push_back(i);
  }
  std::ranges::stable_sort(counts, std::greater(), [&](int i) { return report.figures(i).value(); });
  return counts;
}

void SuppressCounts(v1::Report& report) {
  const std::vector<int> counts = CountsByValue(report);
  const std::vector<Vector> vectors = OverKinds(report, counts);
  std::vector<Vector> small;
  for (const int i : counts) {
    const bool nothing =
        report.figures(i).value() == 0;  // which may not be published, and gives nothing away
    if (IsSmall(report.figures(i)) && !nothing) small.push_back(vectors[static_cast<size_t>(i)]);
  }
  Told told(std::move(small));
  for (const int i : counts) {
    v1::Figure& figure = *report.mutable_figures(i);
    figure.set_suppressed(IsSmall(figure) || !told.Tell(vectors[static_cast<size_t>(i)]));
  }
}

using Rows = std::vector<uint32_t>;
Rows RowsOf(const v1::Figure& figure) { return {figure.rows().begin(), figure.rows().end()}; }

// A share or a time is told where its numerator and its denominator are.
void SuppressOthers(v1::Report& report) {
  std::set<std::string> hidden_ids;
  std::set<Rows> hidden_rows;
  for (const v1::Figure& figure : report.figures()) {
    if (!figure.suppressed()) continue;
    hidden_ids.insert(figure.id());
    hidden_rows.insert(RowsOf(figure));
  }
  for (v1::Figure& figure : *report.mutable_figures()) {
    if (figure.kind() == v1::FIGURE_KIND_COUNT) continue;
    figure.set_suppressed(IsSmall(figure) || hidden_ids.contains(figure.of()) ||
                          hidden_rows.contains(RowsOf(figure)));
  }
}

void Clear(v1::Report& report) {
  std::set<std::string> hidden;
  for (const v1::Figure& figure : report.figures()) {
    if (figure.suppressed()) hidden.insert(figure.id());
  }
  for (v1::Figure& figure : *report.mutable_figures()) {
    figure.clear_rows();
    if (hidden.contains(figure.of())) figure.clear_of_value();
    if (!figure.suppressed()) continue;
    figure.clear_value();
    figure.clear_low_hours();
    figure.clear_high_hours();
  }
  report.clear_rows();
}

}  // namespace

v1::Report WithoutSmallCells(v1::Report report) {
  SuppressCounts(report);
  SuppressOthers(report);
  Clear(report);
  report.set_for_partner(true);
  return report;
}

}  // namespace opgang
