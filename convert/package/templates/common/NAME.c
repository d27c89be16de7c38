/* {{title}}
 *
 * Made by: {{command}}
 * The C is in cores/, as the compiler wrote it. */
#include "{{name}}_core.h"
#include {{macro}}_CORE_SOURCE
