/* SPDX-License-Identifier: Apache-2.0 */
/* A verdict is no result of a send either. */
/* expect-c: incompatible types when initializing type .myc_sent */
/* expect-c: initializing .myc_sent.* with an expression of incompatible type .myc_next */
/* expect-c++: cannot convert .myc_next. to .myc_sent */
/* expect-c++: no viable conversion from .myc_next */
/* expect-c++: cannot initialize a variable of type .myc_sent */
#include "common.h"

myc_sent answer(void);
myc_sent answer(void)
{
#ifdef WRONG
    myc_sent sent = MYC_CONTINUE;
#else
    myc_sent sent = MYC_SENT;
#endif
    return sent;
}
