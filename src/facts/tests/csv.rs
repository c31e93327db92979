//! Tables.

use super::*;
use crate::facts::{Fault, decode_csv, to_source};

fn read(ty: Ty, text: &str) -> Result<String, Fault> {
    decode_csv(&types(), &ty, text.as_bytes()).map(|value| to_source(&types(), &ty, &value))
}

fn refused(ty: Ty, text: &str) -> (&'static str, String) {
    let fault = read(ty, text).expect_err(text);
    (fault.code, fault.path)
}

#[test]
fn records() {
    let text = "\u{feff}contract,note,id,revocationTime,last_attested,tiers\n\
                active,first,\"a, b\",15m,,gold; bronze;gold\n\
                ended,,b,1h,2026-02-01T00:00:00Z,\n";
    assert_eq!(
        read(list(PARTNER), text).as_deref(),
        Ok("[Partner { id: \"a, b\", contract: active, revocation_time: 15m, tiers: {bronze, gold} }, \
            Partner { id: \"b\", contract: ended, revocation_time: 1h, last_attested: 2026-02-01 }]")
    );
    assert_eq!(read(list(PARTNER), "id,contract,revocationTime\n").as_deref(), Ok("[]"));
}

#[test]
fn scalars() {
    assert_eq!(read(set(Ty::String), "issuer\nb\na\nb\n").as_deref(), Ok("{\"a\", \"b\"}"));
    assert_eq!(read(list(Ty::Int), "n\r\n3\r\n1.0\r\n").as_deref(), Ok("[3, 1]"));
    assert_eq!(read(list(Ty::Bool), "b\ntrue\nfalse").as_deref(), Ok("[true, false]"));
    assert_eq!(read(set(Ty::Cidr), "n\n10.0.0.0/8\n").as_deref(), Ok("{cidr(\"10.0.0.0/8\")}"));
}

#[test]
fn refusals() {
    let head = "id,contract,revocationTime\n";
    assert_eq!(refused(list(PARTNER), &format!("{head}a,active,1h\nb,open,1h\n")), ("F0103", "row 3.contract".into()));
    assert_eq!(refused(list(PARTNER), &format!("{head}a,active,\n")), ("F0102", "row 2.revocationTime".into()));
    assert_eq!(refused(list(PARTNER), "id;contract;revocationTime\na;active;1h\n"), ("F0003", "row 1".into()));
    assert_eq!(refused(list(PARTNER), "id\tcontract\n"), ("F0003", "row 1".into()));
    assert_eq!(refused(list(PARTNER), &format!("{head}a,active\n")), ("F0001", "row 2".into()));
    assert_eq!(refused(list(PARTNER), "id,contract\n"), ("F0102", "row 1.revocationTime".into()));
    assert_eq!(refused(list(PARTNER), &format!("id,{head}")), ("F0105", "row 1.id".into()));
    assert_eq!(
        refused(list(PARTNER), "id,contract,revocationTime,last_atested\n"),
        ("F0107", "row 1.last_atested".into())
    );
    assert_eq!(refused(list(EVERYTHING), "b,i,d,s,t,du,ip,cidr,tier,partners,ints,nets,maybe,deep\n").0, "F0101");
    assert_eq!(refused(list(Ty::Int), "n\r\n1\r\n\r\nx\r\n"), ("F0101", "row 4".into()));
    assert_eq!(refused(list(Ty::Int), "n\n1\n\nx\n"), ("F0101", "row 4".into()));
    assert_eq!(refused(list(Ty::Int), "n\n1.5\n"), ("F0104", "row 2".into()));
    assert_eq!(refused(list(Ty::Instant), "n\n2026-01-01\n"), ("F0106", "row 2".into()));
    assert_eq!(refused(list(Ty::Int), "n,m\n"), ("F0003", "row 1".into()));
    assert_eq!(refused(list(Ty::Int), ""), ("F0003", "row 1".into()));
    assert_eq!(refused(PARTNER, "id\n").0, "F0101");
    assert_eq!(decode_csv(&types(), &set(Ty::String), b"a\n\xff\n").map_err(|f| f.code), Err("F0001"));
}
