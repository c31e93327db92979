//! IP addresses and networks.
//!
//! In: text or values. Out: values, text, and whether one lies in the other. A network's host bits are zero; version 4 and
//! version 6 never match, and an IPv4-mapped IPv6 address stays IPv6.

use std::fmt;
use std::net::IpAddr;

/// A network: an address whose host bits are zero, and a prefix length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cidr {
    pub address: IpAddr,
    pub prefix: u8,
}

/// Why a text is no address or network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NetError {
    /// No address, or no `/` with a length behind it.
    Format,
    /// Longer than an address of its family (32 or 128 bits).
    Prefix,
    /// The address goes on behind the prefix; this network is the one it lies in.
    HostBits(Cidr),
}

impl Cidr {
    /// `10.0.0.0/8`, `2001:db8::/32`.
    pub fn parse(text: &str) -> Result<Cidr, NetError> {
        let (address, prefix) = text.split_once('/').ok_or(NetError::Format)?;
        let address = parse_ip(address)?;
        if prefix.is_empty()
            || !prefix.bytes().all(|b| b.is_ascii_digit())
            || (prefix.len() > 1 && prefix.starts_with('0'))
        {
            return Err(NetError::Format);
        }
        let prefix = match prefix.parse::<u8>() {
            Ok(prefix) if prefix <= width(&address) => prefix,
            _ => return Err(NetError::Prefix),
        };
        let network = Cidr { address: masked(address, prefix), prefix };
        if network.address == address { Ok(network) } else { Err(NetError::HostBits(network)) }
    }

    pub fn contains(&self, ip: &IpAddr) -> bool {
        self.address.is_ipv4() == ip.is_ipv4() && masked(*ip, self.prefix) == masked(self.address, self.prefix)
    }

    /// Whether `other` is this network or lies in it.
    pub fn covers(&self, other: &Cidr) -> bool {
        self.prefix <= other.prefix && self.contains(&other.address)
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

/// `10.1.2.3`, `2001:db8::1`; no zone, no brackets, no leading zeros in version 4.
pub fn parse_ip(text: &str) -> Result<IpAddr, NetError> {
    text.parse().map_err(|_| NetError::Format)
}

/// Version 6 in its shortest form.
pub fn format_ip(ip: &IpAddr) -> String {
    ip.to_string()
}

pub fn format_cidr(cidr: &Cidr) -> String {
    cidr.to_string()
}

fn width(ip: &IpAddr) -> u8 {
    if ip.is_ipv4() { 32 } else { 128 }
}

/// The address with all but the first `prefix` bits zero.
fn masked(ip: IpAddr, prefix: u8) -> IpAddr {
    match ip {
        IpAddr::V4(v4) => {
            let mask = u32::MAX.checked_shl(32u32.saturating_sub(u32::from(prefix))).unwrap_or(0);
            IpAddr::V4((v4.to_bits() & mask).into())
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX.checked_shl(128u32.saturating_sub(u32::from(prefix))).unwrap_or(0);
            IpAddr::V6((v6.to_bits() & mask).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cidr(text: &str) -> Cidr {
        Cidr::parse(text).expect(text)
    }

    #[test]
    fn reads_and_writes() {
        for text in
            ["10.0.0.0/8", "0.0.0.0/0", "10.1.2.3/32", "2001:db8::/32", "::/0", "::1/128", "::ffff:10.0.0.0/104"]
        {
            assert_eq!(cidr(text).to_string(), text);
        }
        assert_eq!(Cidr::parse("10.1.0.0/8"), Err(NetError::HostBits(cidr("10.0.0.0/8"))));
        assert_eq!(Cidr::parse("2001:db8::1/64"), Err(NetError::HostBits(cidr("2001:db8::/64"))));
        assert_eq!(Cidr::parse("10.0.0.0/33"), Err(NetError::Prefix));
        assert_eq!(Cidr::parse("10.0.0.0/999"), Err(NetError::Prefix));
        assert_eq!(Cidr::parse("::/129"), Err(NetError::Prefix));
        for text in
            ["10.0.0.0", "10.0.0.0/", "10.0.0.0/08", "10.0.0.0/+8", "10.0.0/8", "/8", "10.0.0.0/8/8", "[::]/0", " ::/0"]
        {
            assert_eq!(Cidr::parse(text), Err(NetError::Format), "{text}");
        }
        for text in ["010.0.0.1", "10.0.0", "fe80::1%eth0", "", "1.2.3.4:80"] {
            assert_eq!(parse_ip(text), Err(NetError::Format), "{text}");
        }
        assert_eq!(parse_ip("2001:DB8:0:0::1").map(|ip| format_ip(&ip)), Ok("2001:db8::1".into()));
    }

    #[test]
    fn families_never_match() {
        let mapped = parse_ip("::ffff:10.1.2.3").expect("ip");
        let plain = parse_ip("10.1.2.3").expect("ip");
        assert!(cidr("10.0.0.0/8").contains(&plain));
        assert!(!cidr("10.0.0.0/8").contains(&mapped));
        assert!(!cidr("::/0").contains(&plain));
        assert!(!cidr("0.0.0.0/0").contains(&mapped));
        assert!(!cidr("::/0").covers(&cidr("10.0.0.0/8")));
        assert_ne!(mapped, plain);
    }

    #[test]
    fn covers_itself_and_what_is_inside() {
        assert!(cidr("10.0.0.0/8").covers(&cidr("10.0.0.0/8")));
        assert!(cidr("10.0.0.0/8").covers(&cidr("10.255.0.0/16")));
        assert!(!cidr("10.255.0.0/16").covers(&cidr("10.0.0.0/8")));
        assert!(!cidr("10.0.0.0/8").covers(&cidr("11.0.0.0/8")));
        assert!(cidr("::/0").covers(&cidr("2001:db8::/32")));
        assert!(cidr("0.0.0.0/0").covers(&cidr("255.255.255.255/32")));
    }
}
