# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154 # release and others are pristine's
#
# A virtual machine whose disk is a root of a release: it boots the kernel of that root with
# systemd and udev, as a machine of a user does, and runs `inside`.
#
# $ROOTS/$release/guest has
#   root.img      the disk: the root "use" before vmlab's packages are installed
#   payload/      for /work in the guest: the packages, `inside` and what it needs
#   output        what `inside` printed: TAP
#   console       the kernel's log

# The machine must end within this many seconds: it takes about 10 minutes if it is emulated.
readonly GUEST_SECONDS=3600

# make_disk: make root.img of the root "use"
make_disk()
{
	local guest=$ROOTS/$release/guest root=$ROOTS/$release/use

	rm -rf "$guest" && mkdir -p "$guest/payload" || return 1
	# The machine starts services. Its unit runs `inside` and powers off.
	rm "$root/usr/sbin/policy-rc.d" && mkdir -p "$root/work" &&
		cat >"$root/etc/systemd/system/vmlab-test.service" <<-'END' || return 1
			[Unit]
			After=basic.target
			SuccessAction=poweroff-force
			FailureAction=poweroff-force
			[Service]
			Type=oneshot
			ExecStartPre=/bin/mount -o ro /dev/vdb /work
			ExecStart=/bin/bash /work/inside
			[Install]
			WantedBy=multi-user.target
		END
	mkdir -p "$root/etc/systemd/system/multi-user.target.wants" &&
		ln -s ../vmlab-test.service "$root/etc/systemd/system/multi-user.target.wants" &&
		mkfs.ext4 -q -F -d "$root" "$guest/root.img" 6G || return 1
	rm "$root/etc/systemd/system/multi-user.target.wants/vmlab-test.service" \
		"$root/etc/systemd/system/vmlab-test.service" &&
		printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" &&
		chmod +x "$root/usr/sbin/policy-rc.d" &&
		cp "$root/boot/vmlinuz-$(kernel_of "$root")" "$guest/vmlinuz" &&
		cp "$root/boot/initrd.img-$(kernel_of "$root")" "$guest/initrd"
}

# keep_module VERSION: take the module that DKMS built in the root "use" for the guest, where
# the emulated compiler would need half an hour for it
keep_module()
{
	local dir=$ROOTS/$release/guest/payload/modules/$1 built

	built=$(echo "$ROOTS/$release/use/var/lib/dkms/vmlab/$1"/*/x86_64/module/vmlab.ko*)
	mkdir -p "$dir" && cp "$built" "$dir/" || return 1
	[[ $built != *.xz ]] || unxz "$dir/${built##*/}"
	[[ $built != *.zst ]] || unzstd -q --rm "$dir/${built##*/}"
}

# boot_guest: boot the machine, wait until it powers off, check that `inside` ended and that
# the kernel complained about nothing
boot_guest()
{
	local guest=$ROOTS/$release/guest here=$src/selftests/packages args qemu khz

	args=(root=/dev/vda rootfstype=ext4 rw console=ttyS0 ignore_loglevel panic=-1
		systemd.show_status=0)
	qemu=(-accel kvm -cpu host)
	if [[ ${VMLAB_ACCEL:-tcg} == tcg ]]; then
		args+=("${TCG_KERNEL_ARGS[@]}")
		! khz=$("$VM_DIR/guest/tsc-khz") || args+=("tsc_early_khz=$khz")
		qemu=(-accel "tcg,thread=multi,tb-size=512" -cpu "$TCG_CPU$TCG_CPU_STOCK")
	fi
	cp "$here/inside" "$here/mapper.c" "$src/selftests/lib/tap.sh" "$guest/payload" &&
		mkdir -p "$guest/payload"/{old,new} &&
		cp "$packages"/*.deb "$guest/payload/old" &&
		cp "$packages"/next/*.deb "$guest/payload/new" &&
		rm -f "$guest"/payload/*/*-dbgsym_* &&
		mkfs.ext4 -q -F -d "$guest/payload" "$guest/payload.img" 64M || return 1

	rm -f "$guest/output" "$guest/console"
	timeout "$GUEST_SECONDS" qemu-system-x86_64 -machine q35 -smp 2 -m 1536M -display none \
		-nodefaults -no-reboot "${qemu[@]}" -kernel "$guest/vmlinuz" \
		-initrd "$guest/initrd" -append "${args[*]}" \
		-drive "file=$guest/root.img,if=virtio,format=raw,snapshot=on" \
		-drive "file=$guest/payload.img,if=virtio,format=raw,readonly=on" \
		-serial "file:$guest/console" -serial "file:$guest/output" &&
		grep -q '^1\.\.' "$guest/output" &&
		awk -f "$VM_DIR/guest/splat.awk" "$guest/console"
}

# report_guest: copy the test points of `inside`
report_guest()
{
	local line

	while IFS= read -r line; do
		case $line in
		'ok '*) result 0 "$release, guest: ${line#ok * - }" ;;
		'not ok '*) result 1 "$release, guest: ${line#not ok * - }" ;;
		'#'*) printf '%s\n' "$line" ;;
		esac
	done < <(tr -d '\r' <"$ROOTS/$release/guest/output")
}
