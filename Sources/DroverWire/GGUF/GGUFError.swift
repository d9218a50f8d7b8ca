/// Why a file is no model that llama.cpp would load; the description is for the operator.
package enum GGUFError: Error, Equatable, CustomStringConvertible {
  /// The first four bytes are not `GGUF`.
  case notGGUF
  /// Written on a big-endian machine, which llama.cpp reads only on one.
  case bigEndian
  /// Version 1 had 32-bit lengths; a version after 3 is not known yet.
  case unsupportedVersion(UInt32)
  /// The header goes on beyond the end of the file; a download was cut short.
  case truncated(needed: UInt64, size: UInt64)
  /// The header says something that no writer means; the sentence names it.
  case malformed(String)

  package var description: String {
    switch self {
    case .notGGUF:
      "not a GGUF file: it does not begin with the bytes GGUF; convert the model, or fetch its GGUF file"
    case .bigEndian:
      "a big-endian GGUF file, which this machine cannot load; fetch or convert the little-endian one"
    case .unsupportedVersion(let version):
      "GGUF version \(version) is not supported (2 and 3 are); convert the model again with a current llama.cpp"
    case .truncated(let needed, let size):
      "the GGUF file is cut short: its header needs at least \(needed) bytes, the file has \(size); fetch it again"
    case .malformed(let what):
      "the GGUF header is damaged: \(what); fetch the file again"
    }
  }
}
