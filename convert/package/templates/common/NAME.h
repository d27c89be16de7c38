/* {{title}}
 *
 * Made by: {{command}}
 * {{name}}_core.h chooses the core by the compiler's own macros, or as a definition says; every
 * core has the same functions, which its own {{name}}.h in cores/ explains, and the same answers. */
#include "{{name}}_core.h"
#include {{macro}}_CORE_HEADER
