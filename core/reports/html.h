// Text into HTML.
#ifndef OPGANG_CORE_REPORTS_HTML_H_
#define OPGANG_CORE_REPORTS_HTML_H_

#include <string>
#include <string_view>

namespace opgang {

// Safe as an element's text and as an attribute's value in either kind of quotes.
std::string HtmlEscaped(std::string_view text);

}  // namespace opgang

#endif  // OPGANG_CORE_REPORTS_HTML_H_
