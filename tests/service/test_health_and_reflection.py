"""Standard health and reflection."""

from __future__ import annotations

import grpc
import pytest
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

from swapin.v1 import evaluation_service_pb2

SERVICES = ("swapin.v1.EvaluationService", "swapin.v1.CatalogService", "swapin.v1.PteService")


@pytest.mark.parametrize("service", ["", *SERVICES])
def test_serving(start_server, service):
    """The server as a whole and each service are SERVING."""
    with grpc.insecure_channel(start_server().address) as channel:
        request = health_pb2.HealthCheckRequest(service=service)
        answer = health_pb2_grpc.HealthStub(channel).Check(request, timeout=10)

    assert health_pb2.HealthCheckResponse.SERVING == answer.status


def test_unknown_service(start_server):
    """The health of a service that is not there is NOT_FOUND."""
    address = start_server().address
    with grpc.insecure_channel(address) as channel, pytest.raises(grpc.RpcError) as refused:
        health_pb2_grpc.HealthStub(channel).Check(
            health_pb2.HealthCheckRequest(service="swapin.v1.Guess"), timeout=10
        )

    assert grpc.StatusCode.NOT_FOUND == refused.value.code()


def test_reflection_tells_the_whole_api(start_server):
    """A client without our files learns services and messages, down to the field."""
    with grpc.insecure_channel(start_server().address) as channel:
        database = ProtoReflectionDescriptorDatabase(channel)
        services = set(database.get_services())
        fault = DescriptorPool(database).FindMessageTypeByName("swapin.v1.EvaluateFaultRequest")
        fields = [field.name for field in fault.fields]

    assert {*SERVICES, "grpc.health.v1.Health"} <= services
    expected = evaluation_service_pb2.EvaluateFaultRequest.DESCRIPTOR.fields
    assert [field.name for field in expected] == fields
