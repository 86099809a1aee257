// The dictionaries of packing, by form. Made by bench/make_dictionary.cc; never changed.
#ifndef OPGANG_CORE_PACKING_DICTIONARY_H_
#define OPGANG_CORE_PACKING_DICTIONARY_H_

#include <string_view>

namespace opgang {

std::string_view Dictionary1();

}  // namespace opgang

#endif  // OPGANG_CORE_PACKING_DICTIONARY_H_
