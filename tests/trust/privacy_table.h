// docs/privacy.md, made from the options on the protos (proto/opgang/v1/personal_data.proto), the register of record types
// and the table of authority (server/engine/authority.h). Nothing of it is written by hand, so that it cannot say what the program does not do.
#ifndef OPGANG_TESTS_TRUST_PRIVACY_TABLE_H_
#define OPGANG_TESTS_TRUST_PRIVACY_TABLE_H_

#include <string>
#include <vector>

namespace opgang {

// The whole file.
std::string PrivacyDocument();

// "citizen.name": fields of record types that say nothing of what they are, and types that say nothing of what they are for.
std::vector<std::string> Unsaid();

}  // namespace opgang

#endif  // OPGANG_TESTS_TRUST_PRIVACY_TABLE_H_
