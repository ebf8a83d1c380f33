/* Wrong: a lemma is admitted. The reports do not mention it. */
/*@ admit lemma square: \forall integer value; value * value > value;
*/

/*@ requires small: 0 <= value <= 1000;
    terminates \true;
    assigns \nothing;
    ensures larger: \result > value;
*/
int admitted_lemma(int value) {
    return value * value;
}
