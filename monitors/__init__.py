"""Exporters, ledger, dashboards and portal."""
