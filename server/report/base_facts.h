// The input of reports, read from the records that the base holds now. Reads only; keeps the messages that the facts
// point to. Personal content (names, telephones, notes) is parsed with its record and never looked at.
#ifndef OPGANG_SERVER_REPORT_BASE_FACTS_H_
#define OPGANG_SERVER_REPORT_BASE_FACTS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/reports/report_input.h"
#include "core/sealing/secret.h"
#include "server/store/base_store.h"

namespace opgang {

// What a report reads. `input` points into it.
class BaseFacts {
 public:
  virtual ~BaseFacts() = default;
  virtual const ReportInput& input() const = 0;
};

// All facts of every area of a municipality, as of one state of the base if nothing is written meanwhile. Citizens who are joined as the
// same person are one person; where a citizen stands in two areas (a case is open after a move) she lives in the one
// that her record names. `pseudonym_key`: 32 bytes.
absl::StatusOr<std::unique_ptr<BaseFacts>> ReadBaseFacts(BaseReader& reader, const SecretBytes& pseudonym_key,
                                                         MunicipalityId municipality = kDefaultMunicipality);

// 12 hexadecimal digits: a keyed digest of the id, which tells nothing to whoever has not the key.
std::string PseudonymOf(const SecretBytes& key, const RecordId& id);

}  // namespace opgang

#endif  // OPGANG_SERVER_REPORT_BASE_FACTS_H_
