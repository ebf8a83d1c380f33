/* Wrong: the caller passes the global that the callee also writes by name. */
int total;

/*@ requires valid: \valid(value);
    terminates \true;
    assigns *value, total;
    ensures value: *value == 1;
    ensures total: total == 2;
*/
void set_both(int *value) {
    *value = 1;
    total = 2;
}

/*@ terminates \true;
    assigns total;
    ensures absurd: \false;
*/
void absurd(void) {
    set_both(&total);
}
