/* Wrong: an axiom says what should have been proved. No smoke test can see it. */
/*@ axiomatic Wishes {
      predicate Sorted(integer value);
      axiom wish: \forall integer value; Sorted(value);
    }
*/

/*@ terminates \true;
    assigns \nothing;
    ensures sorted: Sorted(\result);
*/
int wish(int value) {
    return value;
}
