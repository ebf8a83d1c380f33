/* Wrong: the sum wraps, which C allows and the wire does not. */
/*@ terminates \true;
    assigns \nothing;
    ensures longer: \result >= 16;
*/
unsigned frame_bytes(unsigned payload_bytes) {
    return 16u + payload_bytes;
}
