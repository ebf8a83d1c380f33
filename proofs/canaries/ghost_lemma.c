/* Wrong: a lemma function is declared and called in ghost code, and nobody proves it. */
/*@ ghost
    /@ terminates \true;
       assigns \nothing;
       ensures square: value * value > value;
    @/
    void square_grows(int value);
*/

/*@ requires small: 0 <= value <= 1000;
    terminates \true;
    assigns \nothing;
    ensures larger: \result > value;
*/
int ghost_lemma(int value) {
    /*@ ghost square_grows(value); */
    return value * value;
}
