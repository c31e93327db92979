//! Rego, by the virtual machine of regorus.
//!
//! In: requests. Out: permit or deny. The machine is made once; a decision hands it the input and runs the entry point. Lists that do
//! not change are objects in `data`, which are looked up by key.

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::RegoVM;
use regorus::{Engine, Value};

use crate::input::input;
use crate::members;
use crate::support::requests::Request;

const ENTRY: &str = "data.federation.allow";

pub struct Rego {
    machine: RegoVM,
    inputs: Vec<Value>,
}

impl Rego {
    pub fn new(requests: &[Request]) -> Rego {
        let value = |json: serde_json::Value| Value::from_json_str(&json.to_string()).expect("a value");
        let data = value(serde_json::json!({ "members": members() }));
        let mut engine = Engine::new();
        engine
            .add_policy("federation.rego".into(), include_str!("../policies/federation.rego").into())
            .expect("a Rego policy");
        engine.add_data(data.clone()).expect("data");
        let policy = engine.compile_with_entrypoint(&ENTRY.into()).expect("an entry point");
        let program = Compiler::compile_from_policy(&policy, &[ENTRY]).expect("a program");
        let mut machine = RegoVM::new();
        machine.load_program(program);
        machine.set_data(data).expect("data");
        let input = |r| value(serde_json::to_value(input(r)).expect("JSON"));
        Rego { machine, inputs: requests.iter().map(input).collect() }
    }

    pub fn permits(&mut self, n: usize) -> bool {
        self.machine.set_input(self.inputs[n].clone());
        matches!(self.machine.execute_entry_point_by_index(0), Ok(Value::Bool(true)))
    }
}
