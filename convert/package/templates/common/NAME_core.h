/* Which core's C is taken. Made by: {{command}}
 *
 * {{core_macros}}
 * one, for the library and for what includes it alike; GENERIC is C99 for any compiler. */
#ifndef {{macro}}_CORE_H
#define {{macro}}_CORE_H

{{cores}}

#endif
