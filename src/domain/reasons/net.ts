/** Whose settings a network reason names. */
export interface LinkKeys {
  /** The config key of the address: `gate.baseUrl`, `mqtt.url`, … */
  readonly address: string;
  /** The config key over the TLS files: `gate.tls`, `mqtt.tls`, … */
  readonly tls: string;
}

/** Why a connection could not be made or was lost: the codes of `src/net/link-fault.ts`. */
export interface NetReasons {
  /** The name server says that there is no such name. */
  readonly 'net.name-unknown': LinkKeys;
  readonly 'net.no-name-server': LinkKeys;
  readonly 'net.refused': LinkKeys;
  /** The other side cut the connection. */
  readonly 'net.reset': LinkKeys;
  readonly 'net.closed': LinkKeys;
  readonly 'net.timeout': LinkKeys;
  /** No route leads there. */
  readonly 'net.no-route': LinkKeys;
  readonly 'net.host-unreachable': LinkKeys;
  /** This machine does not allow it (a firewall rule), or lacks an address or a file descriptor for it. */
  readonly 'net.local': LinkKeys & { readonly error: string };
  readonly 'net.not-tls': LinkKeys;
  /** The other side broke the TLS handshake off without a reason. */
  readonly 'net.tls-handshake': LinkKeys;
  readonly 'net.certificate-expired': LinkKeys;
  readonly 'net.certificate-not-yet-valid': LinkKeys;
  readonly 'net.certificate-name': LinkKeys;
  readonly 'net.certificate-revoked': LinkKeys;
  /** Not issued by a trusted CA. @see https://nodejs.org/api/tls.html#x509-certificate-error-codes */
  readonly 'net.certificate-untrusted': LinkKeys & { readonly error: string };
  /** The other side wants a certificate of ours, or does not trust the one it got. */
  readonly 'net.client-certificate': LinkKeys;
  /** Our own TLS files cannot be used. */
  readonly 'net.tls-files': LinkKeys & { readonly error: string };
  readonly 'net.proxy-certificate-name': LinkKeys;
  readonly 'net.proxy-login': LinkKeys;
  readonly 'net.proxy-timeout': LinkKeys;
  /** This process is stopping. */
  readonly 'net.stopping': LinkKeys;
  /** None of these: what the system said. */
  readonly 'net.other': LinkKeys & { readonly error: string };
}
