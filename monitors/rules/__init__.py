"""Recording and alerting rules of Prometheus: written here as data with examples, and made into rule files.

Each alert is one document with its reason, its words in English and Chinese, and examples in which it fires and is silent;
the examples become tests of promtool, so that what is shipped is what was tried.
"""
