"""Functions of IP networks."""

from __future__ import annotations

import ipaddress
import re
from typing import Union

from s3_glue_rules.model.values import UndecidableError, Value
from s3_glue_rules.resolve.terraform.functions.calls import Call, function
from s3_glue_rules.resolve.terraform.functions.sets import ListSequence
from s3_glue_rules.resolve.terraform.lifting import FunctionError

Network = Union[ipaddress.IPv4Network, ipaddress.IPv6Network]

MOST_NEW_BITS = 32


def _network(call: Call) -> Network:
    text = call.string(0)
    address, slash, length = text.partition("/")
    if not slash or "%" in address or not re.fullmatch("[0-9]{1,3}", length):
        raise FunctionError("invalid CIDR expression")
    if re.search(r"(?:^|[.:])0[0-9]", address) or length != str(int(length)):
        raise UndecidableError("the address has leading zeros", call.origin)
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise FunctionError("invalid CIDR expression") from error
    if network.version == 6 and "." in address:
        raise UndecidableError("the address mixes the notations of IPv4 and IPv6", call.origin)
    if isinstance(network, ipaddress.IPv6Network) and network.network_address.ipv4_mapped:
        raise UndecidableError("the address maps one of IPv4", call.origin)
    return network


def _text(network: Network, address: int, length: int | None = None) -> str:
    if network.version == 4:
        written = str(ipaddress.IPv4Address(address))
    else:
        six = ipaddress.IPv6Address(address)
        if six.ipv4_mapped:
            raise UndecidableError("the address maps one of IPv4")
        written = str(six)
    return written if length is None else f"{written}/{length}"


@function("cidrsubnet", 3)
def _cidrsubnet(call: Call) -> Value:
    bits, number = call.integer(1), call.integer(2)
    network = _network(call)
    if bits < 0 or number < 0:
        raise UndecidableError("negative numbers of bits and nets are not read", call.origin)
    length = network.prefixlen + bits
    if length > network.max_prefixlen:
        raise FunctionError("the prefix has not enough remaining bits")
    if number >= 2**bits:
        raise FunctionError("the network number does not fit")
    address = int(network.network_address) + (number << (network.max_prefixlen - length))
    return call.known(_text(network, address, length))


@function("cidrhost", 2)
def _cidrhost(call: Call) -> Value:
    number = call.integer(1)
    network = _network(call)
    hosts = network.num_addresses
    if number >= hosts or -number > hosts:
        raise FunctionError("the prefix does not accommodate the host number")
    return call.known(_text(network, int(network.network_address) + number % hosts))


@function("cidrnetmask", 1)
def _cidrnetmask(call: Call) -> Value:
    network = _network(call)
    if network.version == 6:
        raise FunctionError("IPv6 addresses cannot have a netmask")
    return call.known(str(network.netmask))


@function("cidrsubnets", 1, None)
def _cidrsubnets(call: Call) -> Value:
    network = _network(call)
    following = int(network.network_address)
    if not following:
        raise UndecidableError("Terraform refuses to go on from the first of all addresses", call.origin)
    end = following + network.num_addresses
    found: list[Value] = []
    for index in range(1, len(call.arguments)):
        bits = call.integer(index)
        if not 1 <= bits <= MOST_NEW_BITS or network.prefixlen + bits > network.max_prefixlen:
            raise FunctionError("the prefix cannot be extended by so many bits")
        size = 2 ** (network.max_prefixlen - network.prefixlen - bits)
        # A subnet starts at a multiple of its size.
        address = (following + size - 1) // size * size
        if address + size > end:
            raise FunctionError("not enough remaining address space")
        found.append(call.known(_text(network, address, network.prefixlen + bits)))
        following = address + size
    return ListSequence(tuple(found), call.origin)
