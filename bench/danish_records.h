// Made-up records of the kind that a day in a housing area brings, the same for every engine that is measured: names,
// telephones, notes in Danish, never random bytes. A seed is a list.
#ifndef OPGANG_BENCH_DANISH_RECORDS_H_
#define OPGANG_BENCH_DANISH_RECORDS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "google/protobuf/message.h"

namespace opgang::bench {

// What is saved together: a citizen with an inquiry, or a contact with a citizen met before.
struct Save {
  struct Part {
    std::unique_ptr<google::protobuf::Message> content;
    int about = -1;  // the record is about the citizen of that save; -1: it is one
  };
  std::vector<Part> parts;
};

// `records` records in saves of one or two. Citizens are named by their save's place in the list: whoever saves puts
// the id in with SetCitizen().
std::vector<Save> MakeSaves(int records, uint32_t seed);
void SetCitizen(google::protobuf::Message& content, RecordId citizen);

}  // namespace opgang::bench

#endif  // OPGANG_BENCH_DANISH_RECORDS_H_
