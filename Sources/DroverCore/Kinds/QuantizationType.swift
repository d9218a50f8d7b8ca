/// What `llama-quantize` can make of a file without being given anything else. Types that need an importance matrix are
/// left out. Names as the tool spells them.
package enum QuantizationType {
  package static let all = [
    "Q2_K", "Q3_K_S", "Q3_K_M", "Q3_K_L", "IQ3_S", "IQ3_M", "IQ4_XS", "IQ4_NL", "Q4_0", "Q4_1", "Q4_K_S", "Q4_K_M",
    "Q5_0", "Q5_1", "Q5_K_S", "Q5_K_M", "Q6_K", "Q8_0", "F16", "BF16",
  ]
}
