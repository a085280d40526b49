// SPDX-License-Identifier: GPL-2.0
/*
 * Says that the PCIe port in slot 4 of QEMU's q35 leads out of the machine, like
 * a Thunderbolt socket: Linux then does not trust what is plugged in there.
 */
DefinitionBlock ("", "SSDT", 2, "KIT", "EXTPORT", 1)
{
	External (\_SB.PCI0.S20, DeviceObj)

	Scope (\_SB.PCI0.S20)
	{
		Name (_DSD, Package () {
			ToUUID ("efcc06cc-73ac-4bc3-bff0-76143807c389"),
			Package () {
				Package () { "ExternalFacingPort", 1 },
				Package () { "UID", 0 }
			}
		})
	}
}
