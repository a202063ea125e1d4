from chengshu.foundation.orgs.roles import grant

grant("audit_administrator", "audit.view", "audit.verify_chain", "audit.export_entries")
