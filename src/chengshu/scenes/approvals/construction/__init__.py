"""Construction projects (工程建设项目): one code, four stages, joint acceptance, experts, public notices."""
