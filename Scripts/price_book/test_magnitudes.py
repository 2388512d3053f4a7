"""What stops the build of the price book: prices that stand out and that nobody has reviewed."""

import unittest

from . import magnitudes


def model(provider: str, name: str, **parts) -> dict:
    return {"provider": provider, "id": name, **parts}


class MagnitudeTests(unittest.TestCase):
    def reasons(self, models: list[dict], other: list[dict] = []) -> list[str]:
        return [f"{found['provider']}/{found['id']}" for found, _ in magnitudes.outliers(models, other)]

    def test_a_price_above_the_ceiling(self) -> None:
        self.assertEqual(self.reasons([model("a", "m", usd_per_million={"input": "3200"})]), ["a/m"])
        self.assertEqual(self.reasons([model("a", "m", usd_per_million={"input": "150", "output": "600"})]), [])

    def test_a_price_unlike_the_other_sources(self) -> None:
        listed = [model("a", "m", usd_per_million={"input": "100"})]
        self.assertEqual(self.reasons(listed, [model("a", "m", usd_per_million={"input": "0.1"})]), ["a/m"])
        self.assertEqual(self.reasons(listed, [model("a", "m", usd_per_million={"input": "90"})]), [])

    def test_a_price_unlike_the_same_models_elsewhere(self) -> None:
        listed = [model(host, "maker/m", usd_per_million={"input": "0.2"}) for host in "abc"]
        self.assertEqual(self.reasons(listed + [model("d", "m", usd_per_million={"input": "200"})]), ["d/m"])
        self.assertEqual(self.reasons(listed + [model("d", "m", usd_per_million={"input": "0.0002"})]), ["d/m"])

    def test_a_part_unlike_its_base(self) -> None:
        odd = model("a", "m", usd_per_million={"input": "1"}, service_tiers={"x": {"usd_per_million": {"input": "50"}}})
        self.assertEqual(self.reasons([odd]), ["a/m"])
        self.assertEqual(self.reasons([model("a", "m", usd_per_million={"input": "1", "cache_read": "900"})]), ["a/m"])
        self.assertEqual(self.reasons([model("a", "m", usd_per_unit={"images": "400"})]), ["a/m"])

    def test_an_outlier_stops_the_build_until_it_is_reviewed(self) -> None:
        wrong = {"usd_per_million": {"input": "3200"}}
        with self.assertRaises(SystemExit):
            magnitudes.settle([model("a", "m", **wrong)], [], {})
        magnitudes.settle([model("a", "m", **wrong)], [], {"a/m": {"keep": True}})
        mended = model("a", "m", **wrong)
        magnitudes.settle([mended], [], {"a/m": {"usd_per_million": {"input": "3.2"}}})
        self.assertEqual(mended["usd_per_million"], {"input": "3.2"})
        with self.assertRaises(SystemExit):
            magnitudes.settle([], [], {"a/gone": {"keep": True}})


if __name__ == "__main__":
    unittest.main()
