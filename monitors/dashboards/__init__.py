"""Dashboards of Grafana as code: what they ask and say is plain data here, and one module writes it as Grafana reads it."""
