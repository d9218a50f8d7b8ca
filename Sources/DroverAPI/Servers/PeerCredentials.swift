import Glibc
import NIOCore

/// The `struct ucred` of unix(7), which the C library's Swift module hides.
struct PeerCredentials: Sendable {
  var pid: Int32 = 0
  var uid: UInt32 = 0
  var gid: UInt32 = 0

  /// The user at the other end of a unix domain socket, as the kernel says; nil for other sockets.
  static func user(of channel: any Channel) async -> UInt32? {
    guard case .unixDomainSocket = channel.localAddress, let provider = channel as? any SocketOptionProvider else {
      return nil
    }
    let option = NIOBSDSocket.Option(rawValue: SO_PEERCRED)
    let future: EventLoopFuture<PeerCredentials> = provider.unsafeGetSocketOption(level: .socket, name: option)
    return try? await future.get().uid
  }
}
