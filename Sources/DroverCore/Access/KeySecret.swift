/// What is known of a secret of the host that is the key of an AccessKey.
package enum KeySecret: Hashable, Sendable {
  case digest(KeyDigest)
  /// It lets nobody in, for this reason.
  case unreadable(Reason, String)

  package var digest: KeyDigest? { if case .digest(let digest) = self { digest } else { nil } }
}
