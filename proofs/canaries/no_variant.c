/* Wrong: nothing says that the loop ends. */
/*@ requires small: 0 <= count <= 100;
    terminates \true;
    assigns \nothing;
    ensures count: \result == count;
*/
int count_up(int count) {
    int i = 0;
    /*@ loop invariant bounds: 0 <= i <= count;
        loop assigns i; */
    while (i < count) {
        i++;
    }
    return i;
}
