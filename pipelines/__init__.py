"""Kết nạp: readers, lake, warehouse and publication of party-admission statistics.

This file imports nothing, so that importing one module of the package costs only that module.
"""
