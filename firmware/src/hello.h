/* Who this is, for clients and for people. */
#ifndef HELLO_H
#define HELLO_H

/* Put it into the frame that has begun. */
void hello_put(void);

/* Write it as text; clients take it for a damaged frame. */
void hello_say(void);

#endif
