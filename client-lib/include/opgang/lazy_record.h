// A record as it was merged, parsed only when somebody asks for more than its fields: who wrote it, what stands side by
// side in it.
#ifndef OPGANG_LAZY_RECORD_H_
#define OPGANG_LAZY_RECORD_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "opgang/v1/record.pb.h"

namespace opgang {

// Used like a pointer to the record; never null. For one thread, also where it is const.
class LazyRecord {
 public:
  LazyRecord() : LazyRecord(v1::Record()) {}
  explicit LazyRecord(v1::Record record)
      : has_field_states_(record.field_states_size() > 0),
        parsed_(std::make_shared<const v1::Record>(std::move(record))) {}
  // `bytes` is a serialized record; what cannot be parsed is an empty one. In it `fields_size` bytes from `fields_at` on
  // are what Record.fields says.
  LazyRecord(std::string bytes, size_t fields_at, size_t fields_size, bool has_field_states)
      : bytes_(std::move(bytes)),
        fields_at_(fields_at),
        fields_size_(fields_size),
        has_field_states_(has_field_states) {}

  const v1::Record& operator*() const {
    if (parsed_ == nullptr) {
      v1::Record record;
      if (!record.ParseFromString(bytes_)) record.Clear();
      parsed_ = std::make_shared<const v1::Record>(std::move(record));
    }
    return *parsed_;
  }
  const v1::Record* operator->() const { return &**this; }
  // Record.fields, valid as long as this. Known without parsing.
  std::string_view fields() const {
    if (bytes_.empty()) return (*this)->fields();
    return std::string_view(bytes_).substr(fields_at_, fields_size_);
  }
  // False: no values stand side by side in it. Known without parsing.
  bool has_field_states() const { return has_field_states_; }

 private:
  std::string bytes_;
  size_t fields_at_ = 0, fields_size_ = 0;
  bool has_field_states_ = false;
  mutable std::shared_ptr<const v1::Record> parsed_;  // null: nobody asked yet
};

}  // namespace opgang

#endif  // OPGANG_LAZY_RECORD_H_
