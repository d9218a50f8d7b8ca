/// How large manifests may be, for droverd and the command line alike: what one takes, the other takes too.
package enum ManifestLimits {
  /// Bytes of one file.
  package static let fileBytes = 4 << 20
}
