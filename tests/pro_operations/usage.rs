//! What workspace servers report.

use std::collections::BTreeMap;

use zenml::pro::types::RawUsageEvent;

use crate::world::{MISSING, World};

operations! {
    report_usage_increment = "POST /usage-event" {
        works: async |w: &World| {
            let body = RawUsageEvent::new("template_run", w.acme.id(), 1);
            w.server.report_usage_increment().body(&body).send().await?;
            let usage = w.plane.usage();
            assert_eq!((usage[0].feature.as_str(), usage[0].total), ("template_run", 1));
            assert_eq!(usage[0].workspace, w.prod.id());
            Ok(())
        },
        refuses Forbidden: async |w: &World| {
            let body = RawUsageEvent::new("template_run", MISSING, 1);
            w.server.report_usage_increment().body(&body).send().await
        },
    }
    batch_usage = "POST /usage-batch" {
        works: async |w: &World| {
            let totals = BTreeMap::from([("pipeline".to_owned(), 3), ("model".to_owned(), 2)]);
            let body = BTreeMap::from([(w.prod.id().to_string(), totals)]);
            w.server.batch_usage().body(&body).send().await?;
            assert_eq!(w.plane.usage().iter().map(|usage| usage.total).sum::<i64>(), 5);
            Ok(())
        },
        refuses Forbidden: async |w: &World| w.admin.batch_usage().body(&BTreeMap::new()).send().await,
    }
    update_workspace_status = "PATCH /workspace_status" {
        works: async |w: &World| {
            w.prod.pending();
            w.server.update_workspace_status().send().await?;
            assert_eq!(w.prod.status(), "available");
            Ok(())
        },
        refuses Forbidden: async |w: &World| w.admin.update_workspace_status().send().await,
    }
    #[allow(deprecated, reason = "deprecated operations have to work too")]
    update_workspace_status_via_tenant_status = "PATCH /tenant_status" {
        works: async |w: &World| {
            w.prod.pending();
            w.server.update_workspace_status_via_tenant_status().send().await?;
            assert_eq!(w.prod.status(), "available");
            Ok(())
        },
        refuses Forbidden: async |w: &World| {
            w.admin.update_workspace_status_via_tenant_status().send().await
        },
    }
}
